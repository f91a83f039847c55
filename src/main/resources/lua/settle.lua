--[[
  Ends reservations as Postgres decided. Losing a call is harmless (the sweeper asks Postgres again), repeating it too.

  KEYS     as in reserve.lua
  ARGV[1]  the epoch that the decisions belong to; in any other epoch nothing happens
  ARGV[2]  then triples, at most 1024: verb, rid, lease
    C  consumed by a row
    B  give the unit back: Postgres will never use this lease
    L  give the unit back; the user has all that one may have, at least
    S  Postgres is sold out: no unit comes back
    O  sold out from here on; rid is the generation, lease is ignored

  Returns  the number of leases ended, -1 in another epoch
]]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
local rids, n = {}, 0
for i = 3, #ARGV, 3 do n = n + 1; rids[n] = ARGV[i] end
if n == 0 or n > 1024 then return redis.error_reply('ERR settle: ARGV') end
local held = redis.call('HMGET', KEYS[3], unpack(rids))
local gone, g, ended = {}, 0, {}
for i = 1, n do
  local rid, verb, data = rids[i], ARGV[3 * i - 1], held[i]
  if verb == 'O' then
    redis.call('HSET', KEYS[1], 'out', rid)
  elseif data and not ended[rid] and string.sub(data, 14, 49) == ARGV[3 * i + 1] then
    g = g + 1; gone[g] = rid; ended[rid] = true
    if verb ~= 'C' then
      local user = string.sub(data, 50)
      if verb == 'S' then redis.call('HSET', KEYS[1], 'stock', 0) else redis.call('HINCRBY', KEYS[1], 'stock', 1) end
      local left = redis.call('HINCRBY', KEYS[2], user, -1)
      if verb == 'L' then
        local max = redis.call('HGET', KEYS[1], 'max')
        if left < tonumber(max) then redis.call('HSET', KEYS[2], user, max) end
      end
    end
  end
end
if g > 0 then redis.call('HDEL', KEYS[3], unpack(gone)) end
return g
