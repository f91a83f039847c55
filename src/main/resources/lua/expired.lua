--[[
  Looks for reservations past their deadline, by Redis' clock alone. Changes nothing but the life time of what is over.

  KEYS     as in reserve.lua
  ARGV[1]  run_id of the server behind this connection
  ARGV[2]  how many at most
  ARGV[3]  seconds since 1970 at which the keys may go, when the campaign is over; else 0

  Returns  {epoch, stock, open leases, generation when sold out, user counts ready, rid, user|lease, ...}
    epoch   0  NOT_LOADED: empty, or written by another process
]]
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'stock', 'out', 'ucready', 'run')
if not meta[1] or meta[5] ~= ARGV[1] then return {0} end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local open = redis.call('ZCARD', KEYS[3])
local reply = {tonumber(meta[1]), tonumber(meta[2]), open, tonumber(meta[3] or '0'), tonumber(meta[4] or '0')}
if open == 0 then
  if ARGV[3] ~= '0' then
    for i = 1, 4 do redis.call('EXPIREAT', KEYS[i], ARGV[3]) end
  end
  return reply
end
for _, rid in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, ARGV[2])) do
  reply[#reply + 1] = rid
  reply[#reply + 1] = redis.call('HGET', KEYS[4], rid) or ''
end
return reply
