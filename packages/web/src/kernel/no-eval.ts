import { config } from 'zod'

// The server's content security policy forbids code made from text. zod tries it when a schema is made and falls back,
// but the browser reports each attempt as a violation; so this module is imported before any schema.
config({ jitless: true })
