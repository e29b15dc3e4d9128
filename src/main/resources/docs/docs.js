// A key that is entered stays in this page: it is kept nowhere, and sent to nobody but this server.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  // Colours of its highlighter are too faint to read.
  syntaxHighlight: false,
  // Else it asks a validator on the internet.
  validatorUrl: null,
  // Names of operations are links inside of buttons: who uses a keyboard would meet each one twice.
  plugins: [() => ({ wrapComponents: { DeepLink: () => ({ text }) => text } })],
});
