import { join } from 'node:path';
import { testStories } from '../../test/coordination/stories.ts';
import { TransactionStory } from '../../test/transactions/transaction-story.ts';

/*
 * What happened: records that came to be committed (`log:`), markers that went out, then answers by the label of their
 * request. The transactional id is `a` and the producer 1000/0 (id/epoch) unless a command says otherwise; `topic=0,1`
 * names partitions, which broker 1 leads unless `leader` says otherwise.
 */
testStories(join(import.meta.dirname, 'testdata'), () => new TransactionStory());
