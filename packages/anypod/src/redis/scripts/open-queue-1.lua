-- Creates the queue and its group if they are missing.
--
-- KEYS[1] queue
-- ARGV[1] group
-- Returns 1.

local created = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if created.err and not string.find(created.err, 'BUSYGROUP') then return created end
return 1
