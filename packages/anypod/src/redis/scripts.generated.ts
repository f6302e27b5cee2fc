/* Generated from scripts/*.lua by tools/embed-lua.ts; edit those. */

/** One atomic verb. */
export interface Script {
  readonly keys: number;
  readonly sha: string;
  readonly lua: string;
}

export const answerQuestion: Script = {
  keys: 1,
  sha: '75aa9a569d85739d334b9ede7d6dc283ff992157',
  lua: `-- Stores the first answer to a question.
--
-- KEYS[1] questions
-- ARGV[1] the question's owner field   ARGV[2] its answer field   ARGV[3] answer
-- Returns the owner; nil: no such question, or it is answered.

local owner = redis.call('HGET', KEYS[1], ARGV[1])
if not owner or redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 0 then return false end
return owner
`,
};

export const appendEvents: Script = {
  keys: 4,
  sha: '0fecee6d51a4b1a8835de310656ea417391748d9',
  lua: `-- Appends events to the log of an exchange, one after the other, and tells who follows it.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams
-- ARGV[1] epoch   ARGV[2] '1': the last one is the log's last   ARGV[3] stream
-- ARGV[4] how long to keep the log, ms   ARGV[5] the longest life of a log, ms
-- ARGV[6] how many events to keep   ARGV[7] how many bytes of them   ARGV[8], ARGV[9] and so on: seq, data
-- Returns { 'stored', follower's pod or nil, connection or nil }, { 'gone' }, { 'fenced' } or { 'missing', the last seq or -1 }.

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local state = redis.call('HMGET', KEYS[2], 'n', 'd', 'p', 'c', 'e')
local epoch, log = tonumber(ARGV[1]), tonumber(state[5] or 1)
if not state[1] or log < epoch then return { 'missing', -1 } end
if log > epoch then return { 'fenced' } end

local before = tonumber(state[1])
local last, added, first = before, 0, false
if not state[2] then
  for index = 8, #ARGV, 2 do
    local seq = tonumber(ARGV[index])
    if seq > last + 1 then return { 'missing', last } end
    if seq > last then
      redis.call('XADD', KEYS[3], ARGV[index] .. '-0', 'd', ARGV[index + 1])
      -- Beside each, so that what an error leaves behind is a shorter log and not a wrong one.
      redis.call('HSET', KEYS[2], 'n', ARGV[index])
      last, added, first = seq, added + #ARGV[index + 1], first or seq == 1
    end
  end
end
if last == before then
  -- Written again, so that whoever waits for replicas has a write to wait for.
  redis.call('HSET', KEYS[2], 'n', last)
  return { 'stored', state[3], state[4] }
end
if ARGV[2] == '1' then redis.call('HSET', KEYS[2], 'd', '1') end

-- The oldest go until both limits are kept; the newest stays, whatever its size.
local bytes, count = redis.call('HINCRBY', KEYS[2], 'b', added), redis.call('XLEN', KEYS[3])
while count > 1 and (count > tonumber(ARGV[6]) or bytes > tonumber(ARGV[7])) do
  local oldest = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
  redis.call('XDEL', KEYS[3], oldest[1])
  redis.call('HSET', KEYS[2], 't', (oldest[1]:gsub('-0', '')))
  bytes, count = redis.call('HINCRBY', KEYS[2], 'b', -#oldest[2][2]), count - 1
end

if ARGV[2] == '1' or first or redis.call('PTTL', KEYS[2]) < ARGV[4] * 0.9 then
  local time = redis.call('TIME')
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
  redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4], ARGV[3])
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
end
return { 'stored', state[3], state[4] }
`,
};

export const appendStanding: Script = {
  keys: 2,
  sha: 'bcf2ab6b03dc06dfed950de83f3a54368e0ac9ed',
  lua: `-- Appends a message to a session's standing log and tells which connection reads it. Once: a client that reconnects sends again what it has
-- no answer to, though it may have been executed.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] data   ARGV[2] how many to keep, about   ARGV[3] how long to keep them, ms   ARGV[4] what tells this message from all others
-- Returns { position, the position before it, holder's pod or nil, holder's connection or nil }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc', 'sp')
if not session[1] then return false end
-- Asked of the log itself, since older builds append to it without setting \`sp\`; that one outlives the log.
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 8)
for index, entry in ipairs(newest) do
  if entry[2][4] == ARGV[4] then
    local before = newest[index + 1]
    return { entry[1], before and before[1] or '0-0', session[2], session[3] }
  end
end
local position = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'd', ARGV[1], 't', ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('HSET', KEYS[1], 'sp', position)
return { position, newest[1] and newest[1][1] or session[4] or '0-0', session[2], session[3] }
`,
};

export const askQuestion: Script = {
  keys: 2,
  sha: '8d2993f33aab3fcdac55a9c76185240113956c55',
  lua: `-- Records a question of a session.
--
-- KEYS[1] session   KEYS[2] questions
-- ARGV[1] the question's owner field   ARGV[2] owner   ARGV[3] session TTL, ms
-- Returns 1, or 0: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[2], ARGV[3])
`,
};

export const attachStanding: Script = {
  keys: 2,
  sha: '52135f8c45c07804feaf83470db83551dc772d31',
  lua: `-- Makes a connection the one that reads a session's standing log, and reads what it lacks.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has; '' : none, it wants no replay
-- ARGV[4] a replacement this long after the one before it, ms, is the first again
-- Returns { entries, where a connection begins that has no position, the same in the log of changes or nil, previous pod or nil,
-- previous connection or nil, how many connections have been replaced in a row }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc', 'sp', 'dp', 'dc', 'rn', 'rt')
if not session[1] then return false end
redis.call('HSET', KEYS[1], 'hp', ARGV[1], 'hc', ARGV[2])
local replaced = 0
if session[2] then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  replaced = 1
  if session[7] and now - tonumber(session[8]) < tonumber(ARGV[4]) then replaced = session[7] + 1 end
  redis.call('HSET', KEYS[1], 'rn', replaced, 'rt', now)
end
local entries = {}
if ARGV[3] ~= '' then entries = redis.call('XRANGE', KEYS[2], '(' .. ARGV[3], '+') end
-- A session of an older build does not know what was delivered: it goes on from the newest message.
return { entries, session[5] or session[4] or '0-0', session[6], session[2], session[3], replaced }
`,
};

export const beginCall: Script = {
  keys: 1,
  sha: '8c6fb5197cf766d7f8dd13a17f1f9b3d7a3dc5b9',
  lua: `-- Begins a call, or notes a pod among those that wait for it.
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
`,
};

export const cancelRequest: Script = {
  keys: 2,
  sha: 'd184006177e5319aa7234b9c1c7b8476c7b1b0a1',
  lua: `-- Remembers that a request is cancelled, in case it has not arrived yet. The newest are kept, up to the number given.
--
-- KEYS[1] session   KEYS[2] cancelled
-- ARGV[1] request id (JSON)   ARGV[2] how long to remember, ms; 0: not at all   ARGV[3] how many to remember
-- Returns the session's field names; empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if tonumber(ARGV[2]) > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return redis.call('HKEYS', KEYS[1])
`,
};

export const completeCall: Script = {
  keys: 1,
  sha: '3fbd5bebc496e93c41cef385ca71207fc965d5aa',
  lua: `-- Stores the response of a call. One that was forgotten meanwhile is stored too.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] fingerprint   ARGV[3] response   ARGV[4] how long to keep it, ms
-- Returns the pods that wait; nil: it is another's run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] and call[1] ~= ARGV[1] then return false end
if call[2] then return {} end
local waiting = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'w:' then waiting[#waiting + 1] = string.sub(field, 3) end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'f', ARGV[2], 'r', ARGV[1], 'd', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return waiting
`,
};

export const createSession: Script = {
  keys: 1,
  sha: '28ea80a72dd2b1166cc4595b2a91f2f4eb06eb65',
  lua: `-- Stores a new session, cached by one pod.
--
-- KEYS[1] session
-- ARGV[1] record (JSON)   ARGV[2] the pod's field   ARGV[3] session TTL, ms   ARGV[4] where the log of changes is now
-- Returns 1.

redis.call('HSET', KEYS[1], 'r', ARGV[1], ARGV[2], '1', 'dp', '0-0', 'dc', ARGV[4])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
`,
};

export const deadPods: Script = {
  keys: 1,
  sha: 'd2dd77dd40edc1f63c064cfea58c2e4716bcb4b8',
  lua: `-- Lists the pods whose lease has run out by the server's clock, and that nobody has buried.
--
-- KEYS[1] pods
-- Returns their ids.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
`,
};

export const deliveredStanding: Script = {
  keys: 1,
  sha: '1fc1fc03f7ee3029cbf1109adfbc9dd33b8df03c',
  lua: `-- Notes how far a connection got in a session's standing log, if it is still the one that reads it.
--
-- KEYS[1] session
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has   ARGV[4] the same in the log of changes
-- Returns 1, or 0: another connection has the log.

local holder = redis.call('HMGET', KEYS[1], 'hp', 'hc')
if holder[1] ~= ARGV[1] or holder[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'dp', ARGV[3], 'dc', ARGV[4])
return 1
`,
};

export const detachStanding: Script = {
  keys: 1,
  sha: 'da17577f92725deba4b8b7cdb273b0222db3ec31',
  lua: `-- Takes a connection off a session's standing log, and notes how far it got, if it is still the one.
--
-- KEYS[1] session
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has   ARGV[4] the same in the log of changes
-- Returns how many fields were removed.

local holder = redis.call('HMGET', KEYS[1], 'hp', 'hc')
if holder[1] ~= ARGV[1] or holder[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'dp', ARGV[3], 'dc', ARGV[4])
return redis.call('HDEL', KEYS[1], 'hp', 'hc')
`,
};

export const endLease: Script = {
  keys: 1,
  sha: 'c55da29338851b2c1024a9a7d11a65d0dc57fc1d',
  lua: `-- Ends a pod's lease now; its entry stays until it is buried.
--
-- KEYS[1] pods
-- ARGV[1] pod
-- Returns 0.

local time = redis.call('TIME')
return redis.call('ZADD', KEYS[1], 'XX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
`,
};

export const endSession: Script = {
  keys: 6,
  sha: 'ee62d16f50f7666370200bcd2d832a3a04b34b6b',
  lua: `-- Removes a session. The logs of its exchanges are the caller's to remove, since only the index knows them.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] cancelled   KEYS[4] questions   KEYS[5] standing   KEYS[6] streams
-- Returns { the session's field names, the names of its streams }; the first is empty: no such session.

local fields = redis.call('HKEYS', KEYS[1])
local streams = redis.call('ZRANGE', KEYS[6], 0, -1)
redis.call('DEL', unpack(KEYS))
return { fields, streams }
`,
};

export const finishStream: Script = {
  keys: 4,
  sha: 'f1f132372bcb5bc1e71b7d879100627dc4e36327',
  lua: `-- Ends the log of an exchange without a last event, and tells who follows it.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams
-- ARGV[1] epoch   ARGV[2] the last seq that the owner knows of   ARGV[3] stream   ARGV[4] how long to keep the log, ms
-- Returns { 'stored', follower's pod or nil, connection or nil }, { 'gone' }, { 'fenced' } or { 'missing', the last seq or -1 }.

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local state = redis.call('HMGET', KEYS[2], 'n', 'd', 'p', 'c', 'e')
local epoch, log = tonumber(ARGV[1]), tonumber(state[5] or 1)
if not state[1] or log < epoch then return { 'missing', -1 } end
if log > epoch then return { 'fenced' } end
if not state[2] and tonumber(state[1]) < tonumber(ARGV[2]) then return { 'missing', tonumber(state[1]) } end
-- Also where it has ended before, so that whoever waits for replicas has a write to wait for.
redis.call('HSET', KEYS[2], 'd', '1')
if not state[2] then
  local time = redis.call('TIME')
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
  redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4], ARGV[3])
end
return { 'stored', state[3], state[4] }
`,
};

export const followStream: Script = {
  keys: 2,
  sha: '25717a4eec03015a9ffcbd7ccb9349ad8d8c1214',
  lua: `-- Registers the one follower of a log that has not ended, and reads what it lacks.
--
-- KEYS[1] stream state   KEYS[2] stream
-- ARGV[1] the last seq it has   ARGV[2] follower's pod   ARGV[3] follower's connection   ARGV[4] '1': only where nobody follows
-- Returns { 1 if ended, else 0; entries; the newest seq that is not kept or nil; previous follower's pod or nil, connection or nil }; nil: no such log.

local state = redis.call('HMGET', KEYS[1], 'n', 'd', 't', 'p', 'c')
if not state[1] then return false end
if not state[2] and not (ARGV[4] == '1' and state[4]) then redis.call('HSET', KEYS[1], 'p', ARGV[2], 'c', ARGV[3]) end
return { state[2] and 1 or 0, redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+'), state[3], state[4], state[5] }
`,
};

export const forgetPod: Script = {
  keys: 1,
  sha: '281d54d6f0da4907e167b9830d5a13e6b4903e9a',
  lua: `-- Forgets a pod whose lease has run out.
--
-- KEYS[1] pods
-- ARGV[1] pod
-- Returns 1, or 0: it lives.

local time = redis.call('TIME')
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ends and tonumber(ends) > time[1] * 1000 + math.floor(time[2] / 1000) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
`,
};

export const livingPods: Script = {
  keys: 1,
  sha: '7eb98ccc16352951a0ec494820866b92fa46a031',
  lua: `-- Lists the pods whose lease has not run out by the server's clock.
--
-- KEYS[1] pods
-- Returns their ids.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
`,
};

export const loadSession: Script = {
  keys: 4,
  sha: 'ad871e8b067bb5b4b93fc4a5ea1a40ac4ab0ebfe',
  lua: `-- Reads a session, notes that a pod caches it, and renews its keys once a tenth of the TTL has passed.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] cancelled   KEYS[4] questions
-- ARGV[1] the pod's field   ARGV[2] session TTL, ms
-- Returns { record, level or nil, subscriptions, cancelled request ids, notifications (JSON) or nil }, or nil: no such session.

local fields = redis.call('HMGET', KEYS[1], 'r', 'l', ARGV[1], 'n')
if not fields[1] then return false end
if not fields[3] then redis.call('HSET', KEYS[1], ARGV[1], '1') end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) * 0.9 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  redis.call('PEXPIRE', KEYS[4], ARGV[2])
end
return { fields[1], fields[2], redis.call('SMEMBERS', KEYS[2]), redis.call('ZRANGE', KEYS[3], 0, -1), fields[4] }
`,
};

export const noteNotification: Script = {
  keys: 1,
  sha: '18e4f098585c98714c9c3019700ff5f195568723',
  lua: `-- Remembers a notification of the client in place of an earlier one of its kind, within limits. Numbers come from the clock: one that a
-- failover has lost is not given again.
--
-- KEYS[1] session
-- ARGV[1] method   ARGV[2] params (JSON); '' : none   ARGV[3] how many kinds to remember   ARGV[4] how many bytes of one
-- Returns { the session's field names, its number, or 0: it is not remembered }; the first is empty: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'n', 'nn')
if not session[1] then return { {}, 0 } end
local kept = {}
if session[2] and session[2] ~= '' then
  for _, notification in ipairs(cjson.decode(session[2])) do
    if notification[2] ~= ARGV[1] then table.insert(kept, notification) end
  end
end
local number = 0
if #kept < tonumber(ARGV[3]) and #ARGV[1] + #ARGV[2] <= tonumber(ARGV[4]) then
  local time = redis.call('TIME')
  number = math.max(time[1] * 1000 + math.floor(time[2] / 1000), (tonumber(session[3]) or 0) + 1)
  redis.call('HSET', KEYS[1], 'nn', string.format('%.0f', number))
  table.insert(kept, { number, ARGV[1], ARGV[2] })
end
redis.call('HSET', KEYS[1], 'n', #kept > 0 and cjson.encode(kept) or '')
return { redis.call('HKEYS', KEYS[1]), number }
`,
};

export const openInbox: Script = {
  keys: 1,
  sha: '90a91f2f22231f8e1bc1773bb06df1645c3227f2',
  lua: `-- Makes sure that a pod's inbox is there, with a first entry that nobody reads.
--
-- KEYS[1] inbox
-- ARGV[1] how long to keep an inbox that nobody renews, ms
-- Returns the position to read from.

local position = redis.call('XADD', KEYS[1], '*', 'm', '{"type":"opened"}')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return position
`,
};

export const openStream: Script = {
  keys: 4,
  sha: '866df7b9fcbd537e20e0e27dc180cf45d098b000',
  lua: `-- Creates the log of an exchange, or finds it there and gives one that has not ended its idle time again. Forgets those of the
-- session's logs that have expired.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] streams   KEYS[4] stream
-- ARGV[1] stream   ARGV[2] owner   ARGV[3] epoch   ARGV[4] requests (JSON)
-- ARGV[5] idle time, ms   ARGV[6] the longest life of a log, ms   ARGV[7] what its owner's first seq follows
-- Returns { 'stored', follower's pod or nil, connection or nil }, { 'gone' } or { 'fenced' }.

if redis.call('EXISTS', KEYS[1]) == 0 then return { 'gone' } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[2], 'o', 'e', 'p', 'c', 'n', 'd')
if state[1] then
  local epoch, log = tonumber(ARGV[3]), tonumber(state[2] or 1)
  if log > epoch or (log == epoch and state[1] ~= ARGV[2]) then return { 'fenced' } end
  -- A log that is behind its owner lost a take-over in a failover. One that is not is written to as well, so that whoever waits for
  -- replicas has a write to wait for.
  redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', ARGV[3], 'n', math.max(tonumber(state[5]), tonumber(ARGV[7])))
  if not state[6] then
    redis.call('PEXPIRE', KEYS[2], ARGV[5])
    redis.call('PEXPIRE', KEYS[4], ARGV[5])
    redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[1])
    redis.call('PEXPIRE', KEYS[3], ARGV[6])
  end
  return { 'stored', state[3], state[4] }
end
redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', ARGV[3], 'q', ARGV[4], 'n', ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[6])
return { 'stored', false, false }
`,
};

export const ownStream: Script = {
  keys: 1,
  sha: 'ea1f9a5f160732b05dce4370513debbf0193613a',
  lua: `-- Notes that a pod writes a log.
--
-- KEYS[1] owned
-- ARGV[1] session and stream (JSON)   ARGV[2] how long to keep what the pod does not renew, ms
-- Returns 1.

redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`,
};

export const readStanding: Script = {
  keys: 2,
  sha: '0cdab4c88e00a63c8b74db3bb8d249d30f196857',
  lua: `-- Reads a session's standing log after a position, and tells which connection reads it.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] the last position that the reader has
-- Returns { entries, holder's pod or nil, holder's connection or nil }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc')
if not session[1] then return false end
return { redis.call('XRANGE', KEYS[2], '(' .. ARGV[1], '+'), session[2], session[3] }
`,
};

export const readStream: Script = {
  keys: 2,
  sha: 'fb30ec380285a9e4ef2b9046029d3e8dee23ef55',
  lua: `-- Reads a log after a position.
--
-- KEYS[1] stream state   KEYS[2] stream
-- ARGV[1] the last seq that the reader has
-- Returns { 1 if ended, else 0; entries; the newest seq that is not kept or nil }; nil: no such log.

local state = redis.call('HMGET', KEYS[1], 'n', 'd', 't')
if not state[1] then return false end
return { state[2] and 1 or 0, redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+'), state[3] }
`,
};

export const releaseCall: Script = {
  keys: 1,
  sha: 'e7080d3698de215314d8c9d93ebb633be3f87131',
  lua: `-- Forgets a running call.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] 1: only where nobody waits
-- Returns { 1 or 0 (kept, since it is awaited), pods that wait ... }; nil: it is done, or another's run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return false end
local reply = { 1 }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'w:' then reply[#reply + 1] = string.sub(field, 3) end
end
if ARGV[2] == '1' and #reply > 1 then
  reply[1] = 0
  return reply
end
redis.call('DEL', KEYS[1])
return reply
`,
};

export const renewCall: Script = {
  keys: 1,
  sha: '98df3d0714e078a550eddbaecee8b04cd8308b98',
  lua: `-- Keeps a running call for longer.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] how long, ms
-- Returns 1, or 0: it is done, or another's run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`,
};

export const renewLease: Script = {
  keys: 1,
  sha: 'a5f7ffab98efb57f23c5c99b01e02a463079d414',
  lua: `-- Renews a pod's lease by the server's clock, and forgets the leases that ran out long ago.
--
-- KEYS[1] pods
-- ARGV[1] pod   ARGV[2] lease, ms   ARGV[3] how long to remember a lease that ran out, ms
-- Returns how many leases were forgotten.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
`,
};

export const serverId: Script = {
  keys: 1,
  sha: '601606ed44636b4d1a4f93efa65d8e0530848d80',
  lua: `-- Names the server process that has a key: another after a failover or a restart.
--
-- KEYS[1] any key
-- Returns its run id.

return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
`,
};

export const setLogLevel: Script = {
  keys: 1,
  sha: 'c2f4ffe90df5b280849cbca790d280c7e4431257',
  lua: `-- Sets a session's log level.
--
-- KEYS[1] session
-- ARGV[1] level
-- Returns the session's field names (among them the pods that cache it); empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('HSET', KEYS[1], 'l', ARGV[1])
return redis.call('HKEYS', KEYS[1])
`,
};

export const subscribe: Script = {
  keys: 2,
  sha: 'd532820e1bd53315634939729cb6c79db2fd4bd1',
  lua: `-- Adds a subscription, up to a limit; one that is there already is no fault.
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
`,
};

export const takeCancelled: Script = {
  keys: 1,
  sha: 'da56b40d2ab82daf5bbc33206b4090d77d8aca0e',
  lua: `-- Forgets that a request is cancelled.
--
-- KEYS[1] cancelled
-- ARGV[1] request id (JSON)
-- Returns 1, or 0: that is not remembered, or not any more.

local till = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not till then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
local time = redis.call('TIME')
if tonumber(till) > time[1] * 1000 + math.floor(time[2] / 1000) then return 1 end
return 0
`,
};

export const takeOverCall: Script = {
  keys: 1,
  sha: '69eb7ea09b8e46bcae066466605904ff73050644',
  lua: `-- Puts a new run in the place of one whose pod was lost.
--
-- KEYS[1] call
-- ARGV[1] the lost run   ARGV[2] run   ARGV[3] pod   ARGV[4] how long to keep it, ms
-- Returns 1, or 0: it has ended, or somebody was faster.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return 0 end
redis.call('HSET', KEYS[1], 'r', ARGV[2], 'o', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`,
};

export const takeOverStream: Script = {
  keys: 4,
  sha: 'dfd032a50e9fad9191a90e52b8d894b61b743977',
  lua: `-- Gives the log of an exchange that has not ended to another pod, under the next epoch, with a full idle time.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] stream   KEYS[4] streams
-- ARGV[1] the owner it is taken from   ARGV[2] the new owner   ARGV[3] stream
-- ARGV[4] idle time, ms   ARGV[5] the longest life of a log, ms   ARGV[6] how many seqs to leave out
-- Taken by the same pod from the same owner before, it answers the same again: an answer can be lost on the way.
-- Returns { epoch, requests, what the next seq follows, entries }; nil: no such log, it has ended, or its owner is another.

if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local state = redis.call('HMGET', KEYS[2], 'o', 'e', 'q', 'd', 'f')
local isOurs = state[1] == ARGV[2] and state[5] == ARGV[1]
if state[4] or (state[1] ~= ARGV[1] and not isOurs) then return false end
local epoch = tonumber(state[2] or 1) + (isOurs and 0 or 1)
local time = redis.call('TIME')
local last = redis.call('HINCRBY', KEYS[2], 'n', isOurs and 0 or ARGV[6])
redis.call('HSET', KEYS[2], 'o', ARGV[2], 'e', epoch, 'f', ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('ZADD', KEYS[4], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4], ARGV[3])
redis.call('PEXPIRE', KEYS[4], ARGV[5])
return { epoch, state[3], last, redis.call('XRANGE', KEYS[3], '-', '+') }
`,
};

export const touchSession: Script = {
  keys: 3,
  sha: '4c6f092a171a2aa143e1770ddb6384a5d0e108f6',
  lua: `-- Renews a session's keys once a tenth of the TTL has passed.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] questions
-- ARGV[1] session TTL, ms
-- Returns 1, or 0: no such session.

local left = redis.call('PTTL', KEYS[1])
if left == -2 then return 0 end
if left < tonumber(ARGV[1]) * 0.9 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[1])
end
return 1
`,
};

export const unfollowStream: Script = {
  keys: 1,
  sha: '889c5f355935eed6d472c1d33b6d2a4def023e70',
  lua: `-- Takes a follower off a log, if it is still the one.
--
-- KEYS[1] stream state
-- ARGV[1] follower's pod   ARGV[2] follower's connection
-- Returns how many fields were removed.

local follower = redis.call('HMGET', KEYS[1], 'p', 'c')
if follower[1] ~= ARGV[1] or follower[2] ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], 'p', 'c')
`,
};

export const unsubscribe: Script = {
  keys: 2,
  sha: '780549ebfaee76b20abddce0ef4e306842897216',
  lua: `-- Removes a subscription.
--
-- KEYS[1] session   KEYS[2] subscriptions
-- ARGV[1] uri
-- Returns the session's field names; empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('SREM', KEYS[2], ARGV[1])
return redis.call('HKEYS', KEYS[1])
`,
};
