import type { Context } from './context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** A positional argument, in the order of the table. */
export type ArgumentSpec = {
  readonly description: string
  readonly optional?: true
  /** The last argument: this word and all that follow. */
  readonly variadic?: true
  /** Options behind it are its own: those of a program that is to be run. */
  readonly takesOptions?: true
  readonly choices?: readonly string[]
}

export type OptionSpec = {
  /** `list` may be given several times. */
  readonly type: 'text' | 'integer' | 'number' | 'flag' | 'list'
  readonly description: string
  /** How the value is called in the help: `--port N`. */
  readonly value?: string
  /** One letter that means the same: `-f`. */
  readonly short?: string
  readonly default?: string | number | boolean
  readonly required?: true
}

type Arguments = { readonly [name: string]: ArgumentSpec }
type Options = { readonly [name: string]: OptionSpec }
/** No argument, or no option. */
type Nothing = Record<never, never>

/** A command as data: parser, help and docs/cli.md are made from it. Its action is loaded when it runs, so that help stays fast. */
export type CommandSpec<Args extends Arguments = Arguments, Opts extends Options = Options> = {
  /** `data add`: words under which it is found. */
  readonly name: string
  readonly summary: string
  readonly details?: string
  readonly args?: Args
  readonly options?: Opts
  readonly examples: readonly string[]
  readonly load: () => Promise<Action<Input<Args, Opts>>>
}

type ValueOf<Spec extends OptionSpec> = Spec['type'] extends 'flag'
  ? boolean
  : Spec['type'] extends 'list'
    ? readonly string[]
    : Spec['type'] extends 'text'
      ? Spec extends { default: string } | { required: true }
        ? string
        : string | undefined
      : Spec extends { default: number } | { required: true }
        ? number
        : number | undefined

/** What an action gets: arguments and options under their names (`--no-cache` as `noCache`). */
export type Input<Args extends Arguments, Opts extends Options> = {
  readonly [Name in keyof Args]: Args[Name] extends { variadic: true }
    ? readonly string[]
    : Args[Name] extends { optional: true }
      ? string | undefined
      : string
} & { readonly [Name in keyof Opts]: ValueOf<Opts[Name]> }

/** Resolves to the exit code where it is not 0. */
export type Action<In> = (input: In, context: Context) => Promise<ExitCode> | Promise<void>

/** A command whose action takes anything: what lists hold. The parser makes the input from the same table. */
export type AnyCommand = Omit<CommandSpec, 'load'> & {
  readonly run: (input: Readonly<Record<string, unknown>>, context: Context) => Promise<ExitCode>
}

/** Declares a command; the types of its action's input follow from `args` and `options`. */
export function command<const Args extends Arguments = Nothing, const Opts extends Options = Nothing>(
  spec: CommandSpec<Args, Opts>,
): AnyCommand {
  const { load, ...rest } = spec
  return {
    ...rest,
    // The parser builds `input` from this very table, so it has the shape that the types promise.
    run: async (input, context) => (await (await load())(input as Input<Args, Opts>, context)) ?? EXIT.ok,
  }
}

/** `minimumRows` is `--minimum-rows` on the command line. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
