import { useState } from 'react'
import classes from './kernel.module.css'

/** A command that one click copies. */
export function Command({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(text)
    setCopied(true)
    window.setTimeout(() => setCopied(false), 1500)
  }
  return (
    <button type="button" className={classes.command} onClick={copy} title="Copy">
      <code>{text}</code>
      <span aria-live="polite">{isCopied ? 'copied' : <CopyMark />}</span>
    </button>
  )
}

// The clipboard API is missing where a page comes over plain HTTP from another machine.
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  document.body.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}

function CopyMark() {
  return (
    <svg viewBox="0 0 12 12" width="11" height="11" fill="none" stroke="currentColor" role="img" aria-label="copy">
      <rect x="1.5" y="3.5" width="7" height="7" rx="1.5" />
      <path d="M4 3.5V2.8A1.3 1.3 0 0 1 5.3 1.5h3.9a1.3 1.3 0 0 1 1.3 1.3v3.9A1.3 1.3 0 0 1 9.2 8h-.7" />
    </svg>
  )
}
