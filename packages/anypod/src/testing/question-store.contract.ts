import assert from 'node:assert/strict';
import { type Contract, sampleRecord } from './subject.ts';

export const questionStoreContract: Contract = {
  of: 'questions',
  holds: {
    'are answered on any pod and taken by their owner, once': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.questions.ask('s', 'q', 'pod-a');
      assert.equal(await b.questions.owner('s', 'q'), 'pod-a');
      assert.equal(await a.questions.take('s', 'q'), undefined, 'not answered yet');
      assert.equal(await a.questions.isAnswered('s', 'q'), false);
      assert.equal(await b.questions.answer('s', 'q', '{"result":{}}'), 'pod-a');
      assert.equal(await a.questions.isAnswered('s', 'q'), true);
      assert.equal(await a.questions.take('s', 'q'), '{"result":{}}');
      assert.equal(await a.questions.isAnswered('s', 'q'), false);
      assert.equal(await a.questions.take('s', 'q'), undefined);
      assert.equal(await b.questions.owner('s', 'q'), undefined);
    },

    'take the first answer only': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      for (let round = 0; round < 20; round++) {
        const question = `q${round}`;
        await a.questions.ask('s', question, 'pod-a');
        const answers = Array.from({ length: 6 }, (_, n) => `"${n}"`);
        const won = await Promise.all(
          answers.map((answer, n) => (n % 2 ? a : b).questions.answer('s', question, answer)),
        );
        assert.equal(won.filter((owner) => owner === 'pod-a').length, 1);
        assert.equal(await a.questions.take('s', question), answers[won.indexOf('pod-a')]);
      }
    },

    'that nobody asked, that were taken or withdrawn, or of another session are unknown': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.sessions.create(sampleRecord('other'), 'pod-a');
      assert.equal(await b.questions.answer('s', 'q', '{}'), undefined);
      await a.questions.ask('s', 'q', 'pod-a');
      assert.equal(await b.questions.answer('other', 'q', '{}'), undefined);
      assert.equal(await b.questions.owner('other', 'q'), undefined);
      await a.questions.withdraw('s', 'q');
      assert.equal(await b.questions.answer('s', 'q', '{}'), undefined);
      assert.equal(await a.questions.take('s', 'q'), undefined);
      await a.questions.ask('s', 'q2', 'pod-a');
      await b.questions.answer('s', 'q2', '{}');
      await a.questions.take('s', 'q2');
      assert.equal(await b.questions.answer('s', 'q2', '{}'), undefined);
    },

    'of a session that is gone are not recorded': async ({ a, b }) => {
      await a.questions.ask('gone', 'q', 'pod-a');
      assert.equal(await b.questions.owner('gone', 'q'), undefined);
    },

    'do not hinder each other': async ({ a, b }) => {
      await a.sessions.create(sampleRecord('s'), 'pod-a');
      await a.questions.ask('s', 'q1', 'pod-a');
      await b.questions.ask('s', 'q2', 'pod-b');
      assert.equal(await b.questions.answer('s', 'q1', '"1"'), 'pod-a');
      assert.equal(await a.questions.answer('s', 'q2', '"2"'), 'pod-b');
      assert.equal(await a.questions.take('s', 'q1'), '"1"');
      assert.equal(await b.questions.take('s', 'q2'), '"2"');
    },
  },
};
