-- Removes a subscription.
--
-- KEYS[1] session   KEYS[2] subscriptions
-- ARGV[1] uri
-- Returns the session's field names; empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('SREM', KEYS[2], ARGV[1])
return redis.call('HKEYS', KEYS[1])
