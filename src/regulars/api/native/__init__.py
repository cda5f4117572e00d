"""What is nobody's dialect: health, version, the OpenAPI document; errors as RFC 9457 problems."""
