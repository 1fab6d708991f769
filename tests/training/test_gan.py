def test_three_models_in_their_order(make_gan):
    generator, discriminator, combined = make_gan().models
    assert (generator.input_shape, generator.output_shape) == ((None, 5), (None, 28, 28, 1))
    assert (discriminator.input_shape, discriminator.output_shape) == ((None, 28, 28, 1), (None, 1))
    assert (combined.input_shape, combined.output_shape) == ((None, 5), (None, 1))
