-- Deletes a handle with its entries.
--
-- KEYS[1] handle   KEYS[2] the owner's handles
-- ARGV[1] id
-- Returns 1, or 0: there is no such handle.

redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[1])
