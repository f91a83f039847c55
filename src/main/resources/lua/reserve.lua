--[[
  Takes one unit of a campaign's stock for each of many claims, in order; the same as asking once per claim.

  KEYS[1]  cp:{event}:meta   hash   epoch, stock, max, out, ucready, run
  KEYS[2]  cp:{event}:user   hash   user -> issued and leased units
  KEYS[3]  cp:{event}:open   hash   rid -> deadline, ms of Redis' clock (13 digits), then lease (36 characters), then user
  ARGV[1]  run_id of the server behind this connection
  ARGV[2]  lease time, ms
  ARGV[3]  then triples, at most 1024: rid, user, new lease

  Returns  {epoch, open leases, generation, answer, answer, ...}
    epoch   0  NOT_LOADED: empty, or written by another process. Nothing changed, no answers follow
    answer  >= 1   held; the user's count with it, which is a sequence number
            -1     LIMIT: the user has all that one may have
            -2     EMPTY: what is left is reserved, so this is not final
            -3     SOLD_OUT: Postgres said so in this epoch; generation tells which time
            string held before under this rid: that lease, with a new deadline

  The order of the checks is part of the contract: a rid that holds a lease wins over every refusal. Nothing is written
  before everything is read, and a malformed call writes nothing.
]]
local n = #ARGV - 2
if n < 3 or n % 3 ~= 0 or n > 3072 then return redis.error_reply('ERR reserve: ARGV') end
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'stock', 'max', 'out', 'run')
if not meta[1] or meta[5] ~= ARGV[1] then return {0} end
local stock, max, out = tonumber(meta[2]), tonumber(meta[3]), meta[4]
local time = redis.call('TIME')
local deadline = string.format('%013.0f', time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2]))

local rids, users = {}, {}
for i = 1, n / 3 do rids[i] = ARGV[3 * i]; users[i] = ARGV[3 * i + 1] end
local held = redis.call('HMGET', KEYS[3], unpack(rids))
local had = redis.call('HMGET', KEYS[2], unpack(users))
local count = {}
local reply = {tonumber(meta[1]), 0, tonumber(out or '0')}
local leases, w, taken, seen = {}, 0, 0, {}
for i = 1, #rids do
  local rid, user, answer = rids[i], users[i], nil
  local data = seen[rid] or held[i]
  if data then
    answer = string.sub(data, 14, 49)
    leases[w + 1] = rid; leases[w + 2] = deadline .. string.sub(data, 14); w = w + 2
  elseif out then answer = -3
  else
    local c = count[user] or tonumber(had[i] or '0')
    if c >= max then answer = -1
    elseif stock <= 0 then answer = -2
    else
      stock = stock - 1; taken = taken + 1
      answer = c + 1
      count[user] = answer
      data = deadline .. ARGV[3 * i + 2] .. user; seen[rid] = data
      leases[w + 1] = rid; leases[w + 2] = data; w = w + 2
    end
  end
  reply[i + 3] = answer
end
if taken > 0 then
  local counts, k = {}, 0
  for user, c in pairs(count) do counts[k + 1] = user; counts[k + 2] = c; k = k + 2 end
  redis.call('HINCRBY', KEYS[1], 'stock', -taken)
  redis.call('HSET', KEYS[2], unpack(counts))
end
if w > 0 then redis.call('HSET', KEYS[3], unpack(leases)) end
reply[2] = redis.call('HLEN', KEYS[3])
return reply
