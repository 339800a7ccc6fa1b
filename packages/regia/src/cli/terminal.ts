/** Where text goes: what a person looks at, or a pipe. */
export type Terminal = {
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  readonly isInteractive: boolean
  readonly width: number
  readonly style: Style
}

type Paint = (text: string) => string
export type Style = {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly blue: Paint
}

const PIPE_WIDTH = 120

/** The terminal of a process. Colours only where a person looks and has not asked for none (https://no-color.org). */
export function processTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr, env } = process
  const isInteractive = stdout.isTTY === true && env.TERM !== 'dumb'
  const hasColour = env.FORCE_COLOR ? env.FORCE_COLOR !== '0' : isInteractive && !env.NO_COLOR
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    isInteractive,
    width: stdout.columns || PIPE_WIDTH,
    style: createStyle(hasColour),
  }
}

export function createStyle(hasColour: boolean): Style {
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      hasColour ? `\u001b[${open}m${text}\u001b[${close}m` : text
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
  }
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
// Colours, tabs and ends of lines stay; a lone carriage return writes over its line.
const CONTROLS = new RegExp(`(${ESCAPES.source}|\\t|\\r?\\n)|\\p{Cc}`, 'gu')

/** Control characters as pictures: a name that a stranger gave must not move the cursor or write over what stands there. */
export const showControls = (text: string): string =>
  text.replace(CONTROLS, (found: string, allowed?: string) => allowed ?? pictureOf(found))

const pictureOf = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 32 ? String.fromCharCode(0x2400 + code) : code === 127 ? '␡' : '�'
}

/** Columns that a text takes on screen. */
export const visibleWidth = (text: string): number => [...text.replace(ESCAPES, '')].length
