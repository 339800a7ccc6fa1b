import { RegiaError } from '@regia/core'
import type { BundleContext } from './bundle-target.ts'

type Settings = BundleContext['settings']

/** A whole number of a setting. @throws RegiaError `INVALID_INPUT`. */
export function wholeSetting(settings: Settings, name: string, min: number, max: number): number {
  const text = settings[name] ?? ''
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw invalid(name, text, `a whole number from ${min} to ${max}`)
}

/** A setting that must match. @throws RegiaError `INVALID_INPUT`. */
export function textSetting(settings: Settings, name: string, pattern: RegExp, expected: string): string {
  const text = settings[name] ?? ''
  if (pattern.test(text)) return text
  throw invalid(name, text, expected)
}

export function flagSetting(settings: Settings, name: string): boolean {
  return textSetting(settings, name, /^(yes|no)$/, '"yes" or "no"') === 'yes'
}

export const invalid = (name: string, got: string, expected: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `Setting "${name}" must be ${expected}; it is "${got.slice(0, 100)}".`, {
    where: `--set ${name}`,
  })

/** Where the server listens; below 1024 a user other than root may not. */
export const PORT = { description: 'where the server listens', default: '8080' } as const
export const portOf = ({ settings }: BundleContext): number => wholeSetting(settings, 'port', 1024, 65_535)

/** The name in small letters, digits and dashes, at most 63: what DNS, Kubernetes and containers take. */
export function dnsName({ model }: BundleContext): string {
  const name = model.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '')
  return /^[a-z]/.test(name) ? name : `model-${name}`
}
