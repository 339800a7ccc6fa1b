/** The files of the page that describes the whole server; this one is made of the same. */
const ASSETS = '/api/docs/static'

/** The interactive page of an endpoint's description. Nothing is in it that a name could break out of. */
export const docsPage = (name: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} · Regia</title>
<link rel="stylesheet" href="${ASSETS}/swagger-ui.css">
<link rel="stylesheet" href="${ASSETS}/index.css">
<link rel="icon" href="${ASSETS}/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${ASSETS}/swagger-ui-bundle.js"></script>
<script src="/api/v1/endpoints/${name}/docs.js"></script>
</body>
</html>
`

/** Starts the page. Without a validator: by default it asks one on the internet. */
export const docsScript = (name: string): string => `window.ui = SwaggerUIBundle({
  url: '/api/v1/endpoints/${name}/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  // Swagger UI sets style attributes; there is no inline script.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')
