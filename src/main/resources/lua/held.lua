--[[
  What the check before the start compares with Postgres, at one moment. Changes nothing.

  KEYS     as in reserve.lua
  ARGV[1]  run_id of the server behind this connection

  Returns  {epoch, stock, units one user may have, user counts ready, open leases, users, their units}
    epoch         0  NOT_LOADED: empty, or written by another process
    users, units  -1 with more than 10000 users, which are too many to add up in one call
]]
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'stock', 'max', 'ucready', 'run')
if not meta[1] or meta[5] ~= ARGV[1] then return {0} end
local users, units = -1, -1
if redis.call('HLEN', KEYS[2]) <= 10000 then
  users, units = 0, 0
  for _, count in ipairs(redis.call('HVALS', KEYS[2])) do
    if tonumber(count) > 0 then users = users + 1; units = units + tonumber(count) end
  end
end
return {tonumber(meta[1]), tonumber(meta[2]), tonumber(meta[3]), tonumber(meta[4] or '0'),
  redis.call('HLEN', KEYS[3]), users, units}
