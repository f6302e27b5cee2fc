-- Puts tasks back into the queue that a pod was given some time ago, but has not begun.
--
-- KEYS[1] queue
-- ARGV[1] group   ARGV[2] how long ago at least, ms
-- Returns how many there were.

local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[2], '-', '+', 1000)
if pending.err then return 0 end
for _, entry in ipairs(pending) do
  local found = redis.call('XRANGE', KEYS[1], entry[1], entry[1])
  if found[1] then redis.call('XADD', KEYS[1], '*', unpack(found[1][2])) end
  redis.call('XACK', KEYS[1], ARGV[1], entry[1])
  redis.call('XDEL', KEYS[1], entry[1])
end
return #pending
