import { describe, expect, it } from 'vitest';
import { parseEvents } from './sse.ts';

describe('parseEvents', () => {
  it('reads ids and data, also of the event that only carries an id', () => {
    const body = 'id: x.1\ndata: \n\nid: x.2\nevent: message\ndata: {"id":1}\n\n';
    expect(parseEvents(body)).toEqual([
      { id: 'x.1', data: '' },
      { id: 'x.2', data: '{"id":1}' },
    ]);
  });

  it('skips comments, joins lines of data, and takes carriage returns', () => {
    expect(parseEvents(': keep-alive\n\ndata: a\r\ndata: b\r\n\r\n')).toEqual([{ data: 'a\nb' }]);
  });
});
