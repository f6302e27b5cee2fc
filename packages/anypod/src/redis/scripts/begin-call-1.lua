-- Begins a call, or notes a pod among those that wait for it.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] pod   ARGV[3] fingerprint   ARGV[4] how long to keep it, ms   ARGV[5] the pod's waiter field
-- Returns { 'begun' }, { 'running', run, pod, runs }, { 'done', response } or { 'other-arguments' }.

local call = redis.call('HMGET', KEYS[1], 'f', 'r', 'o', 'n', 'd')
if not call[1] then
  redis.call('HSET', KEYS[1], 'f', ARGV[3], 'r', ARGV[1], 'o', ARGV[2], 'n', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { 'begun' }
end
if call[1] ~= ARGV[3] then return { 'other-arguments' } end
if call[5] then return { 'done', call[5] } end
redis.call('HSET', KEYS[1], ARGV[5], '1')
return { 'running', call[2], call[3], call[4] }
