import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const ending = extname(fileURLToPath(import.meta.url))

/** The file from which the program of a bundle is built: source beside source, compiled beside compiled. */
export const MODEL_SERVER_PROGRAM: string = fileURLToPath(new URL(`./main${ending}`, import.meta.url))
