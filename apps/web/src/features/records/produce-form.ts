import type { ProducedContent, ProduceRecordRequest } from '@odradek/contract';
import * as z from 'zod';

/** What the form holds. A null is a choice of its own, never an empty field. */
export const produceFormSchema = z.object({
  partition: z.string().regex(/^\d*$/, 'A partition is a whole number'),
  key: z.string(),
  keyIsNull: z.boolean(),
  value: z.string(),
  valueIsNull: z.boolean(),
  headers: z.string().superRefine((text, context) => {
    text.split('\n').forEach((line, index) => {
      if (line.trim() !== '' && !/^[^:]+:/.test(line)) {
        context.addIssue({ code: 'custom', message: `Line ${index + 1} is not of the form name: value` });
      }
    });
  }),
});
export type ProduceForm = z.infer<typeof produceFormSchema>;

export const emptyProduceForm: ProduceForm = {
  partition: '',
  key: '',
  keyIsNull: true,
  value: '',
  valueIsNull: false,
  headers: '',
};

/** A valid form as the request. */
export function toProduceRequest(form: ProduceForm): ProduceRecordRequest {
  return {
    partition: form.partition === '' ? null : Number(form.partition),
    key: contentOf(form.key, form.keyIsNull),
    value: contentOf(form.value, form.valueIsNull),
    headers: form.headers
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const colon = line.indexOf(':');
        return { name: line.slice(0, colon).trim(), value: contentOf(line.slice(colon + 1).trim(), false) };
      }),
  };
}

function contentOf(text: string, isNull: boolean): ProducedContent {
  return isNull ? { encoding: 'null' } : { encoding: 'utf8', text };
}
