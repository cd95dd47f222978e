/** Either what was asked for or an error that concerns all of it. */
export type GroupResult<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'refused'; readonly errorCode: number };
