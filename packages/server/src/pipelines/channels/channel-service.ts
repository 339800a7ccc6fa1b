import {
  type Channel,
  type ChannelMove,
  type Clock,
  type Page,
  type PipelineVersion,
  RegiaError,
  toIso,
  type VersionDiff,
} from '@regia/core'
import type { Connection, Database } from '../../database/database.ts'
import type { EventBus } from '../../events/bus.ts'
import { suggest } from '../../http/near-names.ts'
import { pageOf } from '../../http/paging.ts'
import { type Params, resolveParams } from '../resolve-params.ts'
import { VersionStore } from '../version-store.ts'
import { findChannel, listChannels, listMoves, type MoveQuery, movesOf, writeMove } from './channel-store.ts'
import { diffVersions } from './diff-versions.ts'
import { versionBefore } from './version-before.ts'

export type ChannelDeps = {
  readonly database: Database
  readonly events: EventBus
  readonly clock: Clock
}

export type ChannelTarget = {
  readonly pipeline: string
  readonly channel: string
  readonly by: string
  readonly reason?: string | undefined
}

/** Names such as `prod` that point to immutable versions of a pipeline. */
export class ChannelService {
  readonly #deps: ChannelDeps
  readonly #versions = new VersionStore()

  constructor(deps: ChannelDeps) {
    this.#deps = deps
  }

  /** One version, whole. @throws RegiaError `NOT_FOUND`. */
  async version(pipeline: string, version: number): Promise<PipelineVersion> {
    const { ordered: _, ...plain } = await this.#versions.get(this.#deps.database, pipeline, version)
    return plain
  }

  /** @throws RegiaError `NOT_FOUND` where either version is not there. */
  async diff(pipeline: string, before: number, after: number): Promise<VersionDiff> {
    return diffVersions(await this.version(pipeline, before), await this.version(pipeline, after))
  }

  /** The version that a channel points to, for whoever starts a run. */
  async findVersion(pipeline: string, channel: string): Promise<number | undefined> {
    return (await findChannel(this.#deps.database, pipeline, channel))?.version
  }

  /** The version that is meant: a number, what a channel points to, or the latest. @throws RegiaError `NOT_FOUND`. */
  async choose(
    pipeline: string,
    choice: { readonly version?: number | undefined; readonly channel?: string | undefined },
  ): Promise<PipelineVersion> {
    const { database } = this.#deps
    if (choice.channel === undefined) return this.#versions.get(database, pipeline, choice.version)
    const version = await this.findVersion(pipeline, choice.channel)
    if (version === undefined) throw await this.#noChannel(database, pipeline, choice.channel)
    return this.#versions.get(database, pipeline, version)
  }

  /** @throws RegiaError `INVALID_INPUT` where a version would not take the parameters. */
  async assertParams(pipeline: string, version: number, params: Params): Promise<void> {
    resolveParams((await this.version(pipeline, version)).graph, params)
  }

  /** @throws RegiaError `NOT_FOUND` without the pipeline. */
  async list(pipeline: string): Promise<readonly Channel[]> {
    await this.#versions.get(this.#deps.database, pipeline)
    return listChannels(this.#deps.database, pipeline)
  }

  /** How channels moved, newest first. @throws RegiaError `NOT_FOUND` without the pipeline. */
  async history(pipeline: string, query: MoveQuery): Promise<Page<ChannelMove>> {
    await this.#versions.get(this.#deps.database, pipeline)
    const { items, total } = await listMoves(this.#deps.database, pipeline, query)
    return pageOf(items, total, query.offset)
  }

  /** Points a channel to a version; it is made where it is new, and stays as it is where it points there. @throws RegiaError `NOT_FOUND`. */
  move(target: ChannelTarget, version: number): Promise<Channel> {
    return this.#change(target, async (connection, from) => {
      await this.#versions.get(connection, target.pipeline, version)
      return from?.version === version ? undefined : { toVersion: version, reason: target.reason, isRollback: false }
    })
  }

  /** Points a channel back to the version before. @throws RegiaError `NOT_FOUND` without the channel, `CONFLICT` where there was no version before. */
  rollback(target: ChannelTarget): Promise<Channel> {
    const { pipeline, channel } = target
    return this.#change(target, async (connection, from) => {
      if (!from) throw await this.#noChannel(connection, pipeline, channel)
      const before = versionBefore(await movesOf(connection, pipeline, channel))
      if (before === undefined) throw nothingBefore(pipeline, channel, from.version)
      const reason = target.reason ?? `rollback from version ${from.version}`
      return { toVersion: before, reason, isRollback: true }
    })
  }

  /** Looks and moves in one transaction, so that two moves at once follow one another. */
  async #change(
    { pipeline, channel, by }: ChannelTarget,
    decide: (
      connection: Connection,
      from: Channel | undefined,
    ) => Promise<
      { readonly toVersion: number; readonly reason: string | undefined; readonly isRollback: boolean } | undefined
    >,
  ): Promise<Channel> {
    const at = toIso(this.#deps.clock())
    const moved = await this.#deps.database.transaction().execute(async (connection) => {
      const from = await findChannel(connection, pipeline, channel)
      const move = await decide(connection, from)
      if (!move) return { channel: from, isNew: false }
      const { reason, ...rest } = move
      const told = { ...(from && { fromVersion: from.version }), ...(reason !== undefined && { reason }) }
      return { channel: await writeMove(connection, { pipeline, channel, by, at, ...rest, ...told }), isNew: true }
    })
    if (moved.isNew) this.#deps.events.publish('pipeline', pipeline)
    if (!moved.channel) throw new Error('unreachable: a channel that does not exist cannot stay as it is')
    return moved.channel
  }

  async #noChannel(connection: Connection, pipeline: string, channel: string): Promise<RegiaError> {
    await this.#versions.get(connection, pipeline)
    const names = (await listChannels(connection, pipeline)).map((each) => each.channel)
    const hint =
      names.length === 0 ? `Make it with "regia deploy ${pipeline} --channel ${channel}".` : suggest(channel, names)
    return new RegiaError('NOT_FOUND', `Pipeline "${pipeline}" has no channel "${channel}".`, { hint })
  }
}

const nothingBefore = (pipeline: string, channel: string, version: number): RegiaError =>
  new RegiaError(
    'CONFLICT',
    `Channel "${channel}" of "${pipeline}" points to version ${version}; no earlier one is left to go back to.`,
    { hint: `See "regia pipelines channels ${pipeline}", or deploy a version to it.` },
  )
