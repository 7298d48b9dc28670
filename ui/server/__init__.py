"""Server around the pages: application, middleware, warm-up."""
