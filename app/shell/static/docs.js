"use strict";
// Everything comes from this server: no validator, no remote definitions, no address bar configuration.
window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    validatorUrl: null,
    queryConfigEnabled: false,
    persistAuthorization: false,
    showCommonExtensions: true,
    presets: [SwaggerUIBundle.presets.apis],
  });
});
