"""The whole product, with nothing faked."""
