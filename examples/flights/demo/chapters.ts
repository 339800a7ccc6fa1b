import type { Demo, RegiaClient } from 'regia'
import { BREAKAGES } from './breakage.ts'

type Status = Demo['chapters'][number]['status']
type Chapter = { name: string; title: string; status: Status; progress: number; detail: string }

const TITLES = {
  ingest: 'Ingest three million flights',
  train: 'Features, training, checks',
  again: 'The same again, from the cache',
  serve: 'Put it in production',
  control: 'Control: nothing changed, no alert',
  replay: 'April to June, live',
  close: 'Close the loop',
} as const

export type ChapterName = keyof typeof TITLES

/** Where the story tells of itself: on the terminal, and on the Overview by way of the server. */
export type Teller = {
  readonly chapter: (title: string) => void
  readonly say: (text: string) => void
  readonly progress: (label: string, fraction: number, detail?: string) => void
}

/** The story's chapters and how far each is. What the pages show of it is sent at most four times a second. */
export class Chapters {
  readonly #client: RegiaClient
  readonly #teller: Teller
  readonly #chapters: Chapter[]
  readonly #active: () => ReadonlySet<string>
  #eventTime: number | undefined
  #sent = 0
  #canBreak = false

  constructor(client: RegiaClient, teller: Teller, active: () => ReadonlySet<string>) {
    this.#client = client
    this.#teller = teller
    this.#active = active
    this.#chapters = Object.entries(TITLES).map(([name, title]) => ({
      name,
      title,
      status: 'waiting',
      progress: 0,
      detail: '',
    }))
  }

  async start(name: ChapterName): Promise<void> {
    this.#teller.chapter(TITLES[name])
    await this.#set(name, { status: 'running', progress: 0 })
  }

  /** A step forward within a chapter. `eventTime` is where a replay stands, in milliseconds. */
  async progress(name: ChapterName, fraction: number, detail: string, eventTime?: number): Promise<void> {
    this.#eventTime = eventTime ?? this.#eventTime
    this.#teller.progress(TITLES[name], fraction, detail)
    if (Date.now() - this.#sent > 250) await this.#set(name, { progress: Math.min(1, Math.max(0, fraction)), detail })
  }

  async end(name: ChapterName, detail: string, status: 'done' | 'failed' = 'done'): Promise<void> {
    this.#teller.say(detail)
    await this.#set(name, { status, progress: 1, detail })
  }

  /** Where the replay stands once the story is told. */
  async moveTo(eventTime: number): Promise<void> {
    this.#eventTime = eventTime
    if (Date.now() - this.#sent > 1000) await this.send()
  }

  /** Offers the breakages to whoever watches. */
  async invite(): Promise<void> {
    this.#canBreak = true
    await this.send()
  }

  async send(): Promise<void> {
    this.#sent = Date.now()
    const actions = BREAKAGES.map(({ name, label, description }) => ({
      name,
      label,
      description,
      isActive: this.#active().has(name),
    }))
    await this.#client.demo.set({
      title: 'Three million flights',
      chapters: this.#chapters,
      actions: this.#canBreak ? actions : [],
      ...(this.#eventTime !== undefined && { eventTime: new Date(this.#eventTime).toISOString() }),
    })
  }

  async #set(name: ChapterName, change: Partial<Chapter>): Promise<void> {
    Object.assign(this.#chapters.find((chapter) => chapter.name === name)!, change)
    await this.send()
  }
}
