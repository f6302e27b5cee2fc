-- Adds a subscription, up to a limit. Succeeds if it exists already.
--
-- KEYS[1] session   KEYS[2] subscriptions
-- ARGV[1] limit   ARGV[2] session TTL, ms   ARGV[3...] the forms of the URI. The first one is stored.
-- Returns the session's field names; empty: no such session; -1: the limit is reached.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
for index = 3, #ARGV do
  if redis.call('SISMEMBER', KEYS[2], ARGV[index]) == 1 then return redis.call('HKEYS', KEYS[1]) end
end
if redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[1]) then return -1 end
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return redis.call('HKEYS', KEYS[1])
