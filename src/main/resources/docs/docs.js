// A key that is entered stays in this page: it is kept nowhere, and sent to nobody but this server.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  // Else it asks a validator on the internet.
  validatorUrl: null,
});
