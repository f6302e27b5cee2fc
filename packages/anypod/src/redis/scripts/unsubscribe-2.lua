-- Removes a subscription.
--
-- KEYS[1] session   KEYS[2] subscriptions
-- ARGV[1...] the forms of the URI
-- Returns the session's field names; empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('SREM', KEYS[2], unpack(ARGV))
return redis.call('HKEYS', KEYS[1])
