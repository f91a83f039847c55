-- Claims: POST /api/coupons/issue, each by the next of many users.
--
--   BENCH_USERS    CSV file, one `userId,token` a line
--   BENCH_EVENTS   ids of campaigns with commas between; the users of a thread take them in turns
--   BENCH_THREADS  the -t of wrk
--   BENCH_SERVERS  URLs with commas between; the threads take them in turns
--
-- Every thread has its own slice of the users, and every request is a finished string before the clock starts: while wrk
-- measures, this file only counts. Defining response() would make wrk parse the headers of every answer into a table,
-- which costs more than the request itself; so statuses are told apart by wrk's own count of those above 399, and by the
-- counters of the service and the rows of the database after the run.

local started = 0

local function list(name)
   local values = {}
   for value in os.getenv(name):gmatch("[^,]+") do
      values[#values + 1] = value
   end
   return values
end

function setup(thread)
   local servers = list("BENCH_SERVERS")
   local host, port = servers[started % #servers + 1]:match("//([^:/]+):(%d+)")
   thread.addr = wrk.lookup(host, port)[1]
   thread:set("index", started)
   started = started + 1
end

function init()
   local events = list("BENCH_EVENTS")
   local threads = tonumber(os.getenv("BENCH_THREADS"))
   local head = "POST /api/coupons/issue HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
   requests, size, at = {}, 0, 0
   local line = 0
   for user in io.lines(os.getenv("BENCH_USERS")) do
      if line % threads == index then
         size = size + 1
         local body = '{"eventId":' .. events[size % #events + 1] .. "}"
         requests[size] = head .. #body .. "\r\nAuthorization: Bearer " .. user:match(",(.*)") .. "\r\n\r\n" .. body
      end
      line = line + 1
   end
end

function request()
   at = at + 1
   if at > size then
      at = 1
   end
   return requests[at]
end

-- One line for the script that called: requests, seconds, answers above 399, failures of the connection, ms of latency.
function done(summary, latency)
   local e = summary.errors
   io.write(string.format("RESULT requests=%d micros=%d above399=%d broken=%d timeouts=%d p50=%.2f p99=%.2f max=%.2f\n",
      summary.requests, summary.duration, e.status, e.connect + e.read + e.write, e.timeout,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
