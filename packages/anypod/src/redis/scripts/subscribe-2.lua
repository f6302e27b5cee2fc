-- Adds a subscription, up to a limit. Succeeds if it exists already.
--
-- KEYS[1] session   KEYS[2] subscriptions
-- ARGV[1] uri   ARGV[2] limit   ARGV[3] session TTL, ms
-- Returns the session's field names; empty: no such session; -1: the limit is reached.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 0 then
  if redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[2]) then return -1 end
  redis.call('SADD', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
return redis.call('HKEYS', KEYS[1])
