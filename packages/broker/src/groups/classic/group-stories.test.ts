import { join } from 'node:path';
import { testStories } from '../../../test/coordination/stories.ts';
import { Story } from '../../../test/groups/group-story.ts';

/*
 * What happened: records that came to be committed (`log:`), then answers by the label of their request. `name#n` is the
 * n-th member id given out. A word without a value is the request's label; the group is `g` unless `group=` says otherwise.
 */
testStories(join(import.meta.dirname, 'testdata'), () => new Story());
