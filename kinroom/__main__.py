from kinroom.cli import main

main()
