--[[
  All that the audit compares with Postgres, at one moment.

  KEYS     as in reserve.lua
  ARGV[1]  run_id of the server behind this connection

  Returns  {epoch, stock, rid, lease, rid, lease, ...}
    epoch   0  NOT_LOADED: empty, or written by another process
]]
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'stock', 'run')
if not meta[1] or meta[3] ~= ARGV[1] then return {0} end
local reply = {tonumber(meta[1]), tonumber(meta[2])}
for i, value in ipairs(redis.call('HGETALL', KEYS[3])) do
  reply[i + 2] = i % 2 == 0 and string.sub(value, 14, 49) or value
end
return reply
