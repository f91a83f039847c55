--[[
  Adds what users got in older epochs; each coupon once in an epoch.

  KEYS     as in reserve.lua
  ARGV[1]  epoch
  ARGV[2]  1 on the last page, else 0
  ARGV[3]  then pairs: user, count

  Returns  1 added, 0 ignored: another epoch has begun
]]
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 2 do redis.call('HINCRBY', KEYS[2], ARGV[i], ARGV[i + 1]) end
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'ucready', '1') end
return 1
