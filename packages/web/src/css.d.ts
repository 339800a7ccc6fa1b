import 'react'

declare module 'react' {
  // Custom properties carry figures from a component into its style sheet.
  interface CSSProperties {
    [name: `--${string}`]: string | undefined
  }
}
