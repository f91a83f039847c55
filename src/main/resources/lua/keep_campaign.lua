--[[
  Keeps what a node knows of a campaign for the others, for an hour. Not a key of the claim path.

  KEYS[1]  campaign:<database>:<event>  hash   version, body
  ARGV[1]  version
  ARGV[2]  body, JSON
  ARGV[3]  seconds to keep it

  Returns  1 kept, 0 ignored: a later version is kept, so whoever brings this one has read it too early
]]
local kept = redis.call('HGET', KEYS[1], 'version')
if kept and tonumber(kept) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'body', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
