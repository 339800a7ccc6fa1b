import type { ListPort, PortLike, Ports } from '../ports.ts'
import type { Ref } from '../refs.ts'
import type { AnyWirable } from '../step.ts'
import type { Carried, OptionalNames, Wanted } from '../wires.ts'
import type { Entries, Held, ParamEntry } from './entry.ts'

/** Nothing is of this type; the compiler shows its parameter to the author. */
export type Wrong<Message extends string> = { readonly problem: Message }

/** What a node says of one input: a name, for a list perhaps names, or a ref. */
type Given = string | readonly string[] | Ref<unknown>

/** What a node may say of the inputs of its step. */
export type InputNames<In extends Ports> = { readonly [Input in Exclude<keyof In, OptionalNames<In>>]: Given } & {
  readonly [Input in OptionalNames<In>]?: Given
}
export type OutputNames<Out extends Ports> = { readonly [Output in keyof Out]?: string }

/** Each name that is in the catalog holds what its input takes; the others are looked at by the flow. */
export type CheckedInputs<E extends Entries, In extends Ports, Names> = {
  readonly [Input in keyof Names]: Input extends keyof In
    ? CheckedInput<E, In[Input], Names[Input]>
    : Wrong<`no input is named "${Input & string}"`>
}

type CheckedInput<E extends Entries, Port, Name> = Name extends string
  ? CheckedName<E, Port, Name>
  : Name extends readonly string[]
    ? Port extends ListPort<infer Item extends PortLike>
      ? { readonly [Index in keyof Name]: Name[Index] extends string ? CheckedName<E, Item, Name[Index]> : never }
      : Wrong<'this input takes one name'>
    : Name extends Ref<Wanted<Port>>
      ? Name
      : Wrong<'this ref does not fit the input'>

type CheckedName<E extends Entries, Port, Name extends string> = Name extends keyof E
  ? Held<E[Name]> extends Wanted<Port>
    ? Name
    : Wrong<`"${Name}" in the catalog is not what this input takes`>
  : Name

/** Each name that is in the catalog can hold what its output makes. */
export type CheckedOutputs<E extends Entries, Out extends Ports, Names> = {
  readonly [Output in keyof Names]: Output extends keyof Out
    ? CheckedOutput<E, Out[Output], Names[Output]>
    : Wrong<`no output is named "${Output & string}"`>
}

type CheckedOutput<E extends Entries, Port, Name> = Name extends keyof E & string
  ? E[Name] extends ParamEntry
    ? Wrong<`"${Name}" in the catalog is a parameter, which no node makes`>
    : Carried<Port> extends Held<E[Name]>
      ? Name
      : Wrong<`"${Name}" in the catalog is not what this output makes`>
  : Name

/** What a node takes that is not in the catalog, by name. */
export type Needs<E extends Entries, In extends Ports, Names> = {
  readonly [Input in keyof Names & keyof In as Exclude<NamesIn<Names[Input]>, keyof E>]: Names[Input] extends string
    ? Wanted<In[Input]>
    : In[Input] extends ListPort<infer Item extends PortLike>
      ? Wanted<Item>
      : never
}
type NamesIn<Name> = Name extends string ? Name : Name extends readonly (infer One extends string)[] ? One : never

/** What a node makes, by name. */
export type Makes<Out extends Ports, Names> = {
  readonly [Output in keyof Names & keyof Out as Names[Output] & string]: Carried<Out[Output]>
}

declare const needs: unique symbol
declare const makes: unique symbol

/** A use of a step by names of data; see `node` of a catalog. */
export type FlowNode<NodeNeeds = object, NodeMakes = object> = {
  readonly step: AnyWirable
  readonly names: {
    readonly in: { readonly [input: string]: Given | undefined }
    readonly out: { readonly [output: string]: string | undefined }
  }
  readonly name: string
  readonly tags: readonly string[]
  readonly definedAt: string | undefined
  readonly [needs]?: NodeNeeds
  readonly [makes]?: NodeMakes
}
/** A flow among the nodes of another one. */
export type FlowPart = {
  readonly pipelineName: string
  readonly nodes: FlowParts
  readonly tags: readonly string[]
}
/** Nodes, and flows whose nodes come along as a group. */
export type FlowParts = readonly (FlowNode | FlowPart)[]
/** A flow that tells the compiler what it makes. */
export type Making<Made> = { readonly [makes]?: Made }

/** The nodes of a flow, each with what is wrong with it in this company. */
export type CheckedNodes<Parts extends FlowParts> = {
  readonly [Index in keyof Parts]: CheckedNode<Parts[Index], MadeBy<Parts[number]>>
}

type CheckedNode<Part, All> = [Problem<NeedsOf<Part>, All>] extends [never] ? unknown : Problem<NeedsOf<Part>, All>

type Problem<NodeNeeds, All> = {
  [Name in keyof NodeNeeds & string]: Name extends NameIn<All>
    ? Made<All, Name> extends NodeNeeds[Name]
      ? never
      : Wrong<`"${Name}" is not what the node takes there`>
    : Wrong<`no node makes "${Name}", and the catalog does not have it`>
}[keyof NodeNeeds & string]

type NeedsOf<Part> = Part extends { readonly [needs]?: infer NodeNeeds } ? NodeNeeds : unknown
/** Of several parts: a union of what each makes. */
export type MadeBy<Part> = Part extends { readonly [makes]?: infer NodeMakes } ? NodeMakes : never
type NameIn<All> = All extends unknown ? keyof All : never
type Made<All, Name extends string> = All extends { readonly [Key in Name]: infer Data } ? Data : never

/** The same type, written out where the compiler shows it. */
export type Plain<Type> = Type extends infer Each ? { readonly [Name in keyof Each]: Each[Name] } : never
