--[[
  Looks for reservations past their deadline, by Redis' clock alone. Changes nothing but the life time of what is over.

  KEYS     as in reserve.lua
  ARGV[1]  run_id of the server behind this connection
  ARGV[2]  how many at most; with 0 none is looked for
  ARGV[3]  seconds since 1970 at which the keys may go, when the campaign is over; else 0

  Returns  {epoch, stock, open leases, generation when sold out, user counts ready, rid, lease, rid, lease, ...}
    epoch   0  NOT_LOADED: empty, or written by another process
]]
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'stock', 'out', 'ucready', 'run')
if not meta[1] or meta[5] ~= ARGV[1] then return {0} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local open = redis.call('HLEN', KEYS[3])
local reply = {tonumber(meta[1]), tonumber(meta[2]), open, tonumber(meta[3] or '0'), tonumber(meta[4] or '0')}
if open == 0 and ARGV[3] ~= '0' then
  for i = 1, 3 do redis.call('EXPIREAT', KEYS[i], ARGV[3]) end
end
local room = open == 0 and 0 or tonumber(ARGV[2])
if room == 0 then return reply end
local all = redis.call('HGETALL', KEYS[3])
for i = 1, #all, 2 do
  if tonumber(string.sub(all[i + 1], 1, 13)) <= now then
    reply[#reply + 1] = all[i]
    reply[#reply + 1] = string.sub(all[i + 1], 14, 49)
    room = room - 1
    if room == 0 then break end
  end
end
return reply
