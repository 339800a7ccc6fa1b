import type { RegiaError } from '@regia/core'

/** Where there is one field for errors: what, where and what to do stand in it one after the other. */
export const errorText = ({ message, where, hint }: RegiaError): string =>
  [message, where && `(${where})`, hint].filter((part) => part !== undefined && part !== '').join(' ')

/** Whether errors are one text at this address, since the protocol that is spoken there has it so. */
export const isOneText = (url: string): boolean => /^\/v2(\/|\?|$)/.test(url)
