-- Finds the tasks of a lost pod. Those that it was given but did not begin go back to the queue.
--
-- KEYS[1] the pod's tasks   KEYS[2] queue
-- ARGV[1] the queue's group   ARGV[2] pod
-- Returns the ids of the tasks that it began.

local pending = redis.pcall('XPENDING', KEYS[2], ARGV[1], '-', '+', 1000, ARGV[2])
if not pending.err then
  for _, entry in ipairs(pending) do
    local found = redis.call('XRANGE', KEYS[2], entry[1], entry[1])
    if found[1] then redis.call('XADD', KEYS[2], '*', unpack(found[1][2])) end
    redis.call('XACK', KEYS[2], ARGV[1], entry[1])
    redis.call('XDEL', KEYS[2], entry[1])
  end
  if #pending < 1000 then redis.call('XGROUP', 'DELCONSUMER', KEYS[2], ARGV[1], ARGV[2]) end
end
return redis.call('SMEMBERS', KEYS[1])
