/**
 * Switches ONNX Runtime's telemetry off before its library is loaded: it would keep a device id and queued events under the
 * user's cache folder, and send them. Imported first by whatever loads the library; a user who wants it sets the variable.
 */
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
