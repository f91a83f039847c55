--[[
  Replaces everything Redis knows of a campaign with what Postgres said when it began the epoch.

  KEYS     as in reserve.lua
  ARGV[1]  epoch
  ARGV[2]  free units
  ARGV[3]  units one user may have
  ARGV[4]  run_id of the server behind this connection
  ARGV[5]  generation, when sold out; else 0

  Returns  1 loaded, 0 ignored: this process holds that epoch or a later one, so the call is late or repeated

  What another process wrote (another run_id) is always replaced.
]]
local epoch = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '-1')
if epoch >= tonumber(ARGV[1]) and redis.call('HGET', KEYS[1], 'run') == ARGV[4] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'stock', ARGV[2], 'max', ARGV[3], 'run', ARGV[4])
if ARGV[5] ~= '0' then redis.call('HSET', KEYS[1], 'out', ARGV[5]) end
return 1
