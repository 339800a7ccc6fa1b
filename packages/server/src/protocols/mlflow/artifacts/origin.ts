import type { FastifyRequest } from 'fastify'

/** Under which address the caller reached this server, also through a proxy that says how it was reached. */
export function originOf({ protocol, host, headers }: FastifyRequest): string {
  const [forwarded] = [headers['x-forwarded-proto']].flat()
  const scheme = forwarded?.split(',')[0]?.trim().toLowerCase()
  return `${scheme === 'https' || scheme === 'http' ? scheme : protocol}://${host}`
}

/** The caller's own right, for requests that its client sends without thinking of it. */
export const authorityOf = ({ headers }: FastifyRequest): Readonly<Record<string, string>> =>
  headers.authorization === undefined ? {} : { Authorization: headers.authorization }
