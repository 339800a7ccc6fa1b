import type { RegiaError } from '@regia/core'

/** The protocol has one field for errors: what, where and what to do stand in it one after the other. */
export const errorText = ({ message, where, hint }: RegiaError): string =>
  [message, where && `(${where})`, hint].filter((part) => part !== undefined && part !== '').join(' ')
