--[[
  Ends reservations as Postgres decided. Losing a call is harmless (the sweeper asks Postgres again), repeating it too.

  KEYS     as in reserve.lua
  ARGV[1]  the epoch that the decisions belong to; in any other epoch nothing happens
  ARGV[2]  then triples: verb, rid, lease
    C  consumed by a row
    B  give the unit back: Postgres will never use this lease
    L  give the unit back; the user has all that one may have, at least
    S  Postgres is sold out: no unit comes back
    O  sold out from here on; rid is the generation, lease is ignored

  Returns  the number of leases ended, -1 in another epoch
]]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
local ended = 0
for i = 2, #ARGV, 3 do
  local verb, rid, lease = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if verb == 'O' then
    redis.call('HSET', KEYS[1], 'out', rid)
  else
    local data = redis.call('HGET', KEYS[4], rid)
    local bar = data and string.find(data, '|', 1, true)
    if bar and string.sub(data, bar + 1) == lease then
      local user = string.sub(data, 1, bar - 1)
      redis.call('HDEL', KEYS[4], rid)
      redis.call('ZREM', KEYS[3], rid)
      ended = ended + 1
      if verb == 'B' then
        redis.call('HINCRBY', KEYS[1], 'stock', 1)
        redis.call('HINCRBY', KEYS[2], user, -1)
      elseif verb == 'L' then
        redis.call('HINCRBY', KEYS[1], 'stock', 1)
        local max = redis.call('HGET', KEYS[1], 'max')
        if redis.call('HINCRBY', KEYS[2], user, -1) < tonumber(max) then redis.call('HSET', KEYS[2], user, max) end
      elseif verb == 'S' then
        redis.call('HSET', KEYS[1], 'stock', 0)
        redis.call('HINCRBY', KEYS[2], user, -1)
      end
    end
  end
end
return ended
