--[[
  Takes one unit of a campaign's stock for each of many claims, in order; the same as asking once per claim.

  KEYS[1]  cp:{event}:meta   hash   epoch, stock, max, out, ucready, run
  KEYS[2]  cp:{event}:user   hash   user -> issued and leased units
  KEYS[3]  cp:{event}:lease  zset   rid -> deadline, ms of Redis' clock
  KEYS[4]  cp:{event}:ldata  hash   rid -> user|lease
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
local deadline = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2]))

local rids, users = {}, {}
for i = 1, n / 3 do rids[i] = ARGV[3 * i]; users[i] = ARGV[3 * i + 1] end
local held = redis.call('HMGET', KEYS[4], unpack(rids))
local had = redis.call('HMGET', KEYS[2], unpack(users))
local count = {}
for i = 1, #users do count[users[i]] = count[users[i]] or tonumber(had[i] or '0') end

local reply = {tonumber(meta[1]), 0, tonumber(out or '0')}
local leases, deadlines, touched, taken, seen = {}, {}, {}, 0, {}
for i = 1, #rids do
  local rid, user, answer = rids[i], users[i], nil
  local data = seen[rid] or held[i]
  if data then
    answer = string.sub(data, string.find(data, '|', 1, true) + 1)
  elseif out then answer = -3
  elseif count[user] >= max then answer = -1
  elseif stock <= 0 then answer = -2
  else
    stock = stock - 1; taken = taken + 1
    count[user] = count[user] + 1; touched[user] = true
    data = user .. '|' .. ARGV[3 * i + 2]; seen[rid] = data
    leases[#leases + 1] = rid; leases[#leases + 1] = data
    answer = count[user]
  end
  if data then deadlines[#deadlines + 1] = deadline; deadlines[#deadlines + 1] = rid end
  reply[i + 3] = answer
end
if taken > 0 then
  local counts = {}
  for user in pairs(touched) do counts[#counts + 1] = user; counts[#counts + 1] = count[user] end
  redis.call('HINCRBY', KEYS[1], 'stock', -taken)
  redis.call('HSET', KEYS[2], unpack(counts))
  redis.call('HSET', KEYS[4], unpack(leases))
end
if #deadlines > 0 then redis.call('ZADD', KEYS[3], unpack(deadlines)) end
reply[2] = redis.call('ZCARD', KEYS[3])
return reply
