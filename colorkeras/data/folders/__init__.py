"""A folder of image files as a data source: find the images, check them, divide them."""
