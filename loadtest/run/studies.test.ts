import { describe, expect, it } from 'vitest';
import { chooseStudies } from './studies.ts';

const names = (only: string, profile: string) => chooseStudies(only, profile).map(([name]) => name);

describe('chooseStudies', () => {
  it('soaks where that is the profile, and never beside the rest', () => {
    expect(names('', 'soak')).toEqual(['soak']);
    expect(names('', 'smoke')).not.toContain('soak');
    expect(names('', 'smoke')).toContain('overhead');
  });

  it('fills a Cluster where the profile is stress, and never beside the rest', () => {
    expect(names('', 'stress')).toEqual(['scale', 'growth-by-pods']);
    expect(names('', 'load')).not.toContain('scale');
  });

  it('takes what is named, in that order', () => {
    expect(names('resume,soak', 'smoke')).toEqual(['resume', 'soak']);
  });

  it('refuses a name that there is not', () => {
    expect(() => names('overheat', 'smoke')).toThrow(/overheat: there are overhead/);
  });
});
